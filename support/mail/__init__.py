"""Mail as it is read and written, without tables: bytes to a message, whose thread it is, what no person wrote."""
