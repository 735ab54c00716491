"""Where bytes come from: one module a kind of source, each a ``services.ports.Source``.

Adding a source: 1. its kind in ``domain.source_address`` (the text after ``--source``), 2. its
options in ``domain.source_options``, 3. a module here with a class that has ``run(intake)``,
4. a line in ``bootstrap.sources``.
"""
