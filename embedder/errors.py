"""What can go wrong between a text and its vector.

```
EmbedderError
├── UnknownModelError      no encoder has this name
├── DimensionError         the encoder's vectors cannot be cut to this dimension (also a ValueError)
├── ModelBuildError        an encoder cannot be prepared
│   ├── ModelSourceError   a package the bundled one is built from is missing, or is not the expected one
│   ├── HubError                 a model cannot be fetched from the hub, or arrived damaged
│   │   ├── HubModelError        the hub has no such model, or not in a form that can be read
│   │   ├── HubAccessError       its terms or its owner want an account that may read it
│   │   ├── HubLicenceError      its licence has not been accepted
│   │   ├── HubSpaceError        there is no room for it
│   │   └── HubUnreachableError  the hub cannot be reached
│   ├── CheckpointError    a model directory cannot be read, or has parts that are not supported
│   └── ModelCacheError    the folder it is kept in cannot be used
├── BackendError           the engine or device asked for cannot run here
└── EndpointError               a server that embeds or ranks cannot be used
    ├── EndpointAddressError        its address cannot be understood, or leads elsewhere
    ├── EndpointAccessError         it wants a key, or refuses the one it got
    ├── EndpointCreditError         the account behind the key has nothing left
    ├── EndpointModelError          it has no model of this name
    ├── EndpointRefusalError        it refuses what was sent
    │   └── EndpointLengthError         a text is longer than the model reads
    ├── EndpointUnavailableError    it cannot be reached, is too slow, or keeps failing
    └── EndpointAnswerError         its answer is not what was asked for
```
"""


class EmbedderError(Exception):
    """Catch this to handle everything the embedder reports."""


class UnknownModelError(EmbedderError):
    """No encoder has this name."""


class DimensionError(EmbedderError, ValueError):
    """The encoder's vectors cannot be cut to this dimension."""


class ModelBuildError(EmbedderError):
    """An encoder cannot be prepared."""


class ModelSourceError(ModelBuildError):
    """A package the bundled encoder is built from is missing, or is not the expected one."""


class CheckpointError(ModelBuildError):
    """A model directory cannot be read, or has parts that are not supported."""


class HubError(ModelBuildError):
    """A model cannot be fetched from the hub, or arrived damaged."""


class HubModelError(HubError):
    """The hub has no such model, or not in a form that can be read."""


class HubAccessError(HubError):
    """The terms of a model or its owner want an account that may read it."""


class HubLicenceError(HubError):
    """The licence of a model has not been accepted."""


class HubSpaceError(HubError):
    """There is no room for a model."""


class HubUnreachableError(HubError):
    """The hub cannot be reached."""


class ModelCacheError(ModelBuildError):
    """The folder the built encoder is kept in cannot be used."""


class BackendError(EmbedderError):
    """The engine or device asked for cannot run here."""


class EndpointError(EmbedderError):
    """A server that embeds or ranks cannot be used."""


class EndpointAddressError(EndpointError):
    """The address of a server cannot be understood, or leads elsewhere."""


class EndpointAccessError(EndpointError):
    """The server wants a key, or refuses the one it got."""


class EndpointCreditError(EndpointError):
    """The account behind the key has nothing left."""


class EndpointModelError(EndpointError):
    """The server has no model of this name."""


class EndpointRefusalError(EndpointError):
    """The server refuses what was sent.

    Args:
        message: What happened, and what to do.
        detail: What the server said.
    """

    def __init__(self, message: str, *, detail: str) -> None:
        super().__init__(message)
        self.detail = detail


class EndpointLengthError(EndpointRefusalError):
    """A text is longer than the model reads."""


class EndpointUnavailableError(EndpointError):
    """The server cannot be reached, is too slow, or keeps failing."""


class EndpointAnswerError(EndpointError):
    """The server's answer is not what was asked for."""
