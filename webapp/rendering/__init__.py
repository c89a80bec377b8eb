"""From a fit and a frame's artwork to a picture. Pure pixels: no web, database or clock."""
