"""What switches want to be told over a connection: one switch a module, both sides of it.

Adding one: a module here with a Session (formats.session), the switch's side (formats.peer) and a
``SESSION``; name it in the format's ``FORMAT``. Options get their names in
``domain.source_options``, for ``--source-opt`` and the settings file.
"""
