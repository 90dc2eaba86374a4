"""What each kind of probe is told: one module per kind, read by the catalogue as well."""
