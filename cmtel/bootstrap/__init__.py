"""Configuration in, working objects out: the only floor that constructs across floors."""
