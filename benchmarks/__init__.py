"""Measurements. Each module prints figures; nothing here passes or fails."""
