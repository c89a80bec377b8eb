"""What the project draws itself: demo frames and reference heads with known millimetres."""
