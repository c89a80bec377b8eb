"""How the two networks are trained, measured and published."""
