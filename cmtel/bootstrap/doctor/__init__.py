"""The probes of ``cmtel doctor``, a module for each thing that is looked at."""
