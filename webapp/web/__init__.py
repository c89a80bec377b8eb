"""What pages and the API share: sessions, limits, headers and the words for errors."""
