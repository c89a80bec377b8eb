"""The model room: from a photo to faces. The only place where torch is at home."""
