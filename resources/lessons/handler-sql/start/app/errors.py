"""What can go wrong, in the words of the library. `app/main.py` says which status each is."""


class NotFound(Exception):
    pass


class Conflict(Exception):
    pass
