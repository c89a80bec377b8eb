"""The use cases of shoppers and admins; no HTTP, no HTML."""
