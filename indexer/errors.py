"""What can go wrong while documents become a collection.

```
IndexerError
├── CollectionMissingError     there is no collection here
├── CollectionExistsError      there is already something where a new one should go
├── CollectionLockedError      another process is writing to it
├── CollectionReadOnlyError    it cannot be written to
├── CollectionDamagedError     part of it is lost
├── IdentityError              it was made with another encoder, or by a newer polyseek
├── FolderError                a folder to read does not exist
├── SettingsError              sizes that do not fit together (also a ValueError)
├── UnsupportedFileError       a file name no reader takes
├── ReaderPoolError            the processes that read files cannot be used
└── ReadError                  one file cannot be read (in readers/failure.py; callers get a ReadFailure instead)
```
"""


class IndexerError(Exception):
    """Catch this to handle everything the indexer reports."""


class CollectionMissingError(IndexerError):
    """There is no collection here."""


class CollectionExistsError(IndexerError):
    """There is already something where a new collection should go."""


class CollectionLockedError(IndexerError):
    """Another process is writing to the collection."""


class CollectionReadOnlyError(IndexerError):
    """The collection cannot be written to."""


class CollectionDamagedError(IndexerError):
    """Part of the collection is lost."""


class IdentityError(IndexerError):
    """The collection was made with another encoder, or by a newer polyseek."""


class FolderError(IndexerError):
    """A folder to read does not exist."""


class SettingsError(IndexerError, ValueError):
    """The sizes asked for do not fit together."""


class UnsupportedFileError(IndexerError):
    """No reader takes files of this name."""


class ReaderPoolError(IndexerError):
    """The processes that read files cannot be used."""
