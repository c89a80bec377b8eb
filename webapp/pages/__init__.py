"""The HTML pages: one blueprint a module."""
