"""What the public is told: pure rules and writers that know no database."""
