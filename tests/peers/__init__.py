"""Other engines that find faces, measured beside the shop's own by `make bench-peers`."""
