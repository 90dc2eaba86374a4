"""What is charged: an invoice with everything on it, a tariff, two offers, a credit."""

from __future__ import annotations

from slamon.views.budgeted import BudgetYear
from slamon.views.charged import Charges
from slamon.views.comparison import OffersCompared
from slamon.views.credited import ServiceCredit
from slamon.views.hourly import CostAnswer
from slamon.views.tariffed import TariffDetail

CREDIT = ServiceCredit.model_validate(
    {
        "agreement": "sla-unv-2026",
        "service": "svc-mail",
        "service_name": "Electronic mail",
        "provider": "unv",
        "funding_source": "core",
        "month": "2026-09",
        "breaches": (
            {
                "breach": "sla-unv-2026.o1.2026-09",
                "objective": "o1",
                "status": "open",
                "percent": "5.00",
            },
        ),
        "sum": {
            "currency": "EUR",
            "base": "2163.52",
            "absorbed": False,
            "granted_before": "91.74",
            "granted": {"exact": "0", "amount": "0.00", "bounded_by": ()},
            "would_be": {"exact": "13522/125", "amount": "108.18", "bounded_by": ("cap",)},
        },
        "error": None,
    }
)
LINE = {
    "tariff": "tar-unv-2008",
    "line": "t1",
    "offering": "off-helpdesk",
    "name": "Service desk",
    "service": "svc-mail",
    "unit": "user",
    "unit_price": "41.00",
    "charge_period": "P1M",
    "ordered": None,
    "quantity": None,
    "segments": (
        {"from": "2026-09-01", "to": "2026-09-14", "days": 14, "quantity": 26, "price": "1066"},
        {"from": "2026-09-15", "to": "2026-09-30", "days": 16, "quantity": 28, "price": "1148"},
    ),
    "exact": "16646/15",
    "free": "0",
    "amount": "1109.73",
}
ORDER = {
    **LINE,
    "line": "t6",
    "name": "Workstation set-up",
    "charge_period": None,
    "ordered": "2026-09-16",
    "quantity": 2,
    "segments": (),
    "exact": "170",
    "amount": "170.00",
}
CHARGES = Charges.model_validate(
    {
        "provider": "unv",
        "name": "United Nations Volunteers",
        "month": "2026-09",
        "days": 30,
        "invoices": (
            {
                "currency": "EUR",
                "lines": (LINE, ORDER),
                "net": "1279.73",
                "surcharges": (
                    {
                        "tariff": "tar-unv-2008",
                        "surcharge": "psc",
                        "name": "Programme support cost",
                        "rate": "13.00",
                        "net": "1279.73",
                        "amount": "166.36",
                    },
                ),
                "total": "1446.09",
                "absorbed": False,
                "payable": "1446.09",
                "limit": "20.00",
                "funding": (
                    {
                        "source": "core",
                        "services": ("svc-mail",),
                        "net": "1279.73",
                        "surcharges": "166.36",
                        "total": "1446.09",
                        "credit": None,
                        "left": None,
                    },
                ),
                "illustrative": True,
            },
        ),
        "credits": (CREDIT,),
        "unpriced": (
            {
                "offering": "off-mailbox",
                "name": "Mailbox",
                "from": "2026-09-29",
                "to": "2026-09-30",
            },
        ),
        "without_source": ("svc-mail",),
    }
)
COST = CostAnswer(
    agreement="sla-unv-2026",
    objective="o1",
    service="svc-mail",
    service_name="Electronic mail",
    month="2026-09",
    available_us=711_000_000_000,
    provisional=False,
    basis="simulated",
    currency="EUR",
    lines="1279.73",
    surcharges="166.36",
    credit="0.00",
    cost="1446.09",
    per_hour="7.3220",
    exact="144609/19750",
)
TARIFF = TariffDetail.model_validate(
    {
        "tariff": "tar-unv-2008",
        "name": "UNV charges 2008",
        "provider": "unv",
        "provider_name": "United Nations Volunteers",
        "state": "published",
        "list_kind": "negotiated",
        "currency": "EUR",
        "valid_from": "2008-05-01",
        "valid_to": None,
        "charged_until": "2008-12-31",
        "supersedes": None,
        "superseded_by": "tar-unep-2008",
        "budget_line": "2101",
        "lines": (
            {
                "line": "t1",
                "offering": "off-storage",
                "name": "Storage",
                "service": "svc-mail",
                "service_name": "Electronic mail",
                "price_type": "usage",
                "charge_period": "P1M",
                "unit": "gb",
                "amount": None,
                "tiers": (
                    {"up_to": 100, "amount": "0.80"},
                    {"up_to": None, "amount": "0.50"},
                ),
                "tier_mode": "graduated",
                "free_share": {"percent": "10.00", "of": "off-helpdesk", "name": "Service desk"},
            },
        ),
        "surcharges": ({"surcharge": "psc", "name": "Programme support cost", "rate": "13.00"},),
        "de_minimis": "20.00",
        "quantities": (
            {
                "offering": "off-storage",
                "name": "Storage",
                "quantity": 150,
                "from": "2008-05-01",
                "ordered": None,
                "comparison": True,
                "illustrative": True,
            },
        ),
        "illustrative": True,
    }
)
OFFER = {
    "offering": "off-helpdesk",
    "name": "Service desk",
    "tariff": "tar-unv-2008",
    "line": "t1",
    "unit": "user",
    "draft": False,
    "amount": "912.00",
    "converted": "912.00",
}
COMPARED = OffersCompared.model_validate(
    {
        "month": "2008-07",
        "charge_date": "2008-07-31",
        "rate_kind": "demo",
        "currency": "EUR",
        "left": {
            "provider": "unv",
            "name": "United Nations Volunteers",
            "currency": "EUR",
            "draft": False,
            "illustrative": True,
            "surcharges": (),
            "surcharges_converted": (),
            "total": "912.00",
            "converted": "912.00",
        },
        "right": {
            "provider": "unep-it-group",
            "name": "UNEP IT group",
            "currency": "USD",
            "draft": True,
            "illustrative": True,
            "surcharges": (
                {
                    "tariff": "tar-unep-2008",
                    "surcharge": "psc",
                    "name": "Programme support cost",
                    "rate": "13.00",
                    "net": "1104.00",
                    "amount": "143.52",
                },
            ),
            "surcharges_converted": ("91.85",),
            "total": "1247.52",
            "converted": "798.41",
        },
        "rates": (
            {"currency": "USD", "per_usd": "1", "effective": None},
            {"currency": "EUR", "per_usd": "0.6400", "effective": "2008-07-01"},
        ),
        "needs": (
            {
                "left": (OFFER,),
                "right": (
                    {
                        **OFFER,
                        "offering": "off-unep-helpdesk",
                        "name": "Service desk (UNEP)",
                        "tariff": "tar-unep-2008",
                        "draft": True,
                        "amount": "1104.00",
                        "converted": "706.56",
                    },
                ),
                "difference": "205.44",
            },
        ),
        "difference": "113.59",
        "without_counterpart": (
            {"offering": "off-lan-port", "name": "LAN port", "provider": "unv"},
        ),
        "without_price": (
            {"offering": "off-unep-vm", "name": "Virtual server", "provider": "unep-it-group"},
        ),
    }
)
BUDGET = BudgetYear.model_validate(
    {
        "year": 2026,
        "rate_kind": None,
        "sources": (
            {
                "source": "core",
                "services": ({"service": "svc-mail", "name": "Electronic mail"},),
                "currency": "EUR",
                "months": tuple(
                    {
                        "month": f"2026-{month:02}",
                        "amount": "579.70",
                        "expected": month > 10,
                    }
                    for month in range(1, 13)
                ),
                "charged": "5797.00",
                "expected": "1159.40",
                "credit": "28.99",
                "total": "6927.41",
                "budget": "6900.00",
                "budget_id": "bud-core",
                "left": "-27.41",
                "verdict": "exceeded",
                "illustrative": True,
            },
            {
                "source": "unspecified",
                "services": ({"service": "svc-web", "name": "Website"},),
                "currency": "USD",
                "months": ({"month": "2026-01", "amount": None, "expected": False},),
                "charged": None,
                "expected": None,
                "credit": None,
                "total": None,
                "budget": None,
                "budget_id": None,
                "left": None,
                "verdict": "not_computed",
                "illustrative": False,
            },
        ),
        "without_source": ({"service": "svc-web", "name": "Website"},),
        "uncomputed": (
            {
                "provider": "unv",
                "month": "2026-01",
                "code": "missing_quantity",
                "message": "no quantity of <b>off-internet</b> is known",
            },
        ),
        "unpriced": ({"offering": "off-mailbox", "name": "Mailbox", "days": 2},),
    }
)
