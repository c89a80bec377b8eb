"""Where glasses sit on a face, in millimetres. Pure geometry: no pixels, web, database or clock."""
