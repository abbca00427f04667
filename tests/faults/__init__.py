"""Faults that cross the parts: bytes on a wire to words on a screen, a killed run to the operator's phone."""
