"""One module per kind of probe: a dialogue on a guarded connection."""
