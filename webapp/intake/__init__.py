"""Strangers' pictures on their way in: decoded in bounds, whatever their bytes ask for."""
