"""What can go wrong between a text and its vector.

```
EmbedderError
├── UnknownModelError      no encoder has this name
├── DimensionError         the encoder's vectors cannot be cut to this dimension (also a ValueError)
├── ModelBuildError        the bundled encoder cannot be built
│   ├── ModelSourceError   a package it is built from is missing, or is not the expected one
│   └── ModelCacheError    the folder it is kept in cannot be used
└── BackendError           the engine or device asked for cannot run here
```
"""


class EmbedderError(Exception):
    """Catch this to handle everything the embedder reports."""


class UnknownModelError(EmbedderError):
    """No encoder has this name."""


class DimensionError(EmbedderError, ValueError):
    """The encoder's vectors cannot be cut to this dimension."""


class ModelBuildError(EmbedderError):
    """The bundled encoder cannot be built."""


class ModelSourceError(ModelBuildError):
    """A package the bundled encoder is built from is missing, or is not the expected one."""


class ModelCacheError(ModelBuildError):
    """The folder the built encoder is kept in cannot be used."""


class BackendError(EmbedderError):
    """The engine or device asked for cannot run here."""
