"""Opening hours as arithmetic: from weekly windows, holidays and versions to exact seconds. Knows no Django."""
