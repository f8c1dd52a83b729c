"""When messages go out: pure rules that know no database."""
