"""What a frame is: size marks, build, lenses and artwork. Pure: no web, database or clock."""
