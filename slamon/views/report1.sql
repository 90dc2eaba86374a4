-- The contract with dashboards, version 1. Columns are only ever added, at the end; anything else is another contract.
-- Names are those of the API, instants are exact, times are whole microseconds, percent is floored where it was judged.
-- Days are those that are over and were in force; a month that runs has only these. What is of this minute, like the
-- rest of an open period or an outage that lasts, changes without a fact: ask the API or the metrics for it.
-- What is put in the place of other tables later keeps its grants: the views stay, and only what they read changes.

CREATE OR REPLACE VIEW report1.ledger AS
SELECT position, TIMESTAMPTZ 'epoch' + recorded_at * INTERVAL '1 microsecond' AS recorded_at FROM view_state;

CREATE OR REPLACE VIEW report1.service_objective AS
SELECT r.id AS agreement, o.value->>'id' AS objective, v.number::integer AS version,
    (v.value->>'from')::date AS since, o.value->>'service' AS service,
    o.value->>'indicator' AS indicator, o.value->>'target' AS target,
    o.value->>'period' AS promised_by, v.value->'terms'->>'tz' AS tz,
    CASE WHEN r.state->'lifecycle'->>'state' IN ('expired', 'in_force', 'signed', 'terminated')
        THEN CASE WHEN (r.state->'lifecycle'->'enforces')::jsonb ? (o.value->>'id') THEN 'enforced'
            ELSE coalesce(o.value->>'mode', 'enforced') END
        ELSE 'shadow' END AS mode,
    v.number = json_array_length(r.state->'versions') AS newest,
    (r.state->>'withdrawn')::boolean AS withdrawn
FROM record r,
    json_array_elements(r.state->'versions') WITH ORDINALITY AS v(value, number),
    json_array_elements(v.value->'terms'->'objectives') AS o
WHERE r.kind = 'agreement'
UNION ALL
SELECT 'baseline-' || r.id, b.value->>'id', 1, NULL, r.id, b.value->>'indicator', NULL,
    b.value->>'period', b.value->>'tz', 'baseline', true, (r.state->>'withdrawn')::boolean
FROM record r,
    json_array_elements(r.state->'versions'->-1->'terms'->'baselines') AS b
WHERE r.kind = 'service';

CREATE OR REPLACE VIEW report1.objective_day AS
SELECT d.agreement, d.objective, d.version, d.part, s.service, s.indicator, s.tz,
    CASE WHEN d.part >= 2 THEN 'shadow' ELSE s.mode END AS mode, -- before its signature
    d.day, d.day::date AS date, left(d.day, 7) AS month,
    t.up_us, t.degraded_us, t.down_us, t.unknown_us, t.excluded_us, t.outside_us,
    json_array_length(d.figures::json->'outages') AS down_runs, d.basis,
    d.good, d.total, d.unit, d.known AS known_us, d.agreed AS agreed_us,
    CASE WHEN d.total > 0 AND (d.unit <> 'us' OR d.known > 0)
        THEN round(div(d.good::numeric * 1000000, d.total) / 10000, 4) END AS percent_floor,
    CASE WHEN d.agreed > 0
        THEN round(div(d.known::numeric * 1000000, d.agreed) / 10000, 4) END AS coverage_percent_floor
FROM objective_day d
JOIN report1.service_objective s USING (agreement, objective, version),
    LATERAL (SELECT
        coalesce(sum(value::bigint) FILTER (WHERE key = 'up'), 0)::bigint AS up_us,
        coalesce(sum(value::bigint) FILTER (WHERE key = 'degraded'), 0)::bigint AS degraded_us,
        coalesce(sum(value::bigint) FILTER (WHERE key = 'down'), 0)::bigint AS down_us,
        coalesce(sum(value::bigint) FILTER (WHERE key = 'unknown'), 0)::bigint AS unknown_us,
        coalesce(sum(value::bigint) FILTER (WHERE strpos(key, '.') > 0), 0)::bigint
            AS excluded_us,
        coalesce(sum(value::bigint) FILTER (WHERE key = 'outside'), 0)::bigint AS outside_us
    FROM json_each_text(d.figures::json->'tally')) AS t;

CREATE OR REPLACE VIEW report1.objective_month AS
SELECT agreement, objective, version, part, service, indicator, tz, mode, month,
    (month || '-01')::date AS date, count(*)::integer AS days,
    sum(up_us)::bigint AS up_us, sum(degraded_us)::bigint AS degraded_us,
    sum(down_us)::bigint AS down_us, sum(unknown_us)::bigint AS unknown_us,
    sum(excluded_us)::bigint AS excluded_us, sum(outside_us)::bigint AS outside_us,
    sum(good)::bigint AS good, sum(total)::bigint AS total, unit,
    sum(known_us)::bigint AS known_us, sum(agreed_us)::bigint AS agreed_us,
    CASE WHEN sum(total) > 0 AND (unit <> 'us' OR sum(known_us) > 0)
        THEN round(div(sum(good) * 1000000, sum(total)) / 10000, 4) END AS percent_floor,
    CASE WHEN sum(agreed_us) > 0
        THEN round(div(sum(known_us) * 1000000, sum(agreed_us)) / 10000, 4) END AS coverage_percent_floor
FROM report1.objective_day
GROUP BY agreement, objective, version, part, service, indicator, tz, mode, month, unit;

CREATE OR REPLACE VIEW report1.period AS
SELECT p.agreement, f.value->>'objective' AS objective, p.label AS period,
    CASE WHEN p.label ~ '^[0-9]{4}-[0-9]{2}$' THEN (p.label || '-01')::date END AS date,
    f.value->>'service' AS service, f.value->>'indicator' AS indicator,
    f.value->>'target' AS target, f.value->>'op' AS op,
    (SELECT r.state->'versions'->-1->'terms'->>'tz' FROM record r
        WHERE r.kind = 'agreement' AND r.id = p.agreement) AS tz,
    f.value->>'mode' AS mode, f.value->>'state' AS state, f.value->>'basis' AS basis,
    f.value->'measured'->>'percent' AS percent,
    (f.value->'measured'->>'percent')::numeric AS percent_floor,
    f.value->'measured'->>'ratio' AS ratio,
    (f.value->'measured'->>'good')::bigint AS good,
    (f.value->'measured'->>'total')::bigint AS total,
    f.value->'measured'->>'unit' AS unit, f.value->'level'->>'value' AS level,
    f.value->'coverage'->>'percent' AS coverage_percent,
    (f.value->>'breached_at')::timestamptz AS breached_at,
    p.restatements, TIMESTAMPTZ 'epoch' + p.recorded_at * INTERVAL '1 microsecond' AS closed_at, p.actor AS closed_by
FROM period p, json_array_elements(p.newest->'figures') AS f;

CREATE OR REPLACE VIEW report1.outage AS
SELECT p.agreement, f.value->>'objective' AS objective, p.label AS period,
    f.value->>'service' AS service, f.value->>'mode' AS mode,
    (o.value->>'from')::timestamptz AS begins, (o.value->>'to')::timestamptz AS ends,
    (o.value->>'counted_us')::bigint AS counted_us,
    (o.value->>'uncertainty_us')::bigint AS uncertainty_us
FROM period p, json_array_elements(p.newest->'figures') AS f,
    json_array_elements(f.value->'outages') AS o;

CREATE OR REPLACE VIEW report1.breach AS
SELECT b.breach, b.agreement, b.objective, b.label AS period,
    CASE WHEN b.label ~ '^[0-9]{4}-[0-9]{2}$' THEN (b.label || '-01')::date END AS date,
    b.status, b.figure->>'service' AS service, b.figure->>'mode' AS mode,
    b.found->>'target' AS target, b.found->>'ratio' AS ratio,
    b.figure->'measured'->>'percent' AS percent,
    (b.figure->'measured'->>'percent')::numeric AS percent_floor,
    (b.figure->>'breached_at')::timestamptz AS breached_at,
    (SELECT min(TIMESTAMPTZ 'epoch' + s.recorded_at * INTERVAL '1 microsecond') FROM breach_step s WHERE s.breach = b.breach)
        AS found_at
FROM breach b;

CREATE OR REPLACE VIEW report1.breach_history AS
SELECT breach, step, decision, TIMESTAMPTZ 'epoch' + recorded_at * INTERVAL '1 microsecond' AS recorded_at, actor, reason, position
FROM breach_step;

CREATE OR REPLACE VIEW report1.exclusion AS
SELECT agreement, id AS exclusion, clause, TIMESTAMPTZ 'epoch' + begin * INTERVAL '1 microsecond' AS begins, TIMESTAMPTZ 'epoch' + "end" * INTERVAL '1 microsecond' AS ends,
    TIMESTAMPTZ 'epoch' + received_at * INTERVAL '1 microsecond' AS received_at, TIMESTAMPTZ 'epoch' + recorded_at * INTERVAL '1 microsecond' AS recorded_at,
    evidence, reason, ruling, ruling_reason, withdrawn
FROM exclusion;

CREATE OR REPLACE VIEW report1.declaration AS
SELECT service, id AS declaration, state, TIMESTAMPTZ 'epoch' + begin * INTERVAL '1 microsecond' AS begins,
    TIMESTAMPTZ 'epoch' + "end" * INTERVAL '1 microsecond' AS ends, status, reason, evidence, actor,
    TIMESTAMPTZ 'epoch' + recorded_at * INTERVAL '1 microsecond' AS recorded_at
FROM declaration;
