"""What a collection remembers about its making, so that it can refuse a stranger."""

import json
from dataclasses import asdict, dataclass

from embedder import ModelCard
from indexer.errors import IdentityError
from indexer.passages import PassageSettings

FORMAT_VERSION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The encoder, the passage settings and the format a collection was made with.

    Attributes:
        format_version: Version of the directory layout and the tables.
        collection_id: Random hexadecimal name; ties derived views to their collection.
        encoder: What the encoder calls its identity (model, revision, prefixes, pooling, dimension).
        passages: How pages are cut into passages.
    """

    format_version: int
    collection_id: str
    encoder: dict[str, str | int]
    passages: PassageSettings

    @property
    def dimension(self) -> int:
        """Dimension of the stored vectors."""
        return int(self.encoder["dimension"])

    def to_json(self) -> str:
        """The identity as one line of JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Identity":
        """Read what `to_json` wrote.

        Raises:
            IdentityError: If a newer polyseek wrote it.
        """
        fields = json.loads(text)
        version = fields["format_version"]
        if version != FORMAT_VERSION:
            msg = (
                f"this collection has format {version}, this polyseek reads format {FORMAT_VERSION}; "
                "update polyseek, or make a new collection with: polyseek ingest FOLDER --collection NEW_PATH"
            )
            raise IdentityError(msg)
        fields["passages"] = PassageSettings(**fields["passages"])
        return cls(**fields)

    def require_encoder(self, card: ModelCard) -> None:
        """Refuse an encoder whose vectors cannot be compared with the stored ones.

        Raises:
            IdentityError: Naming both encoders and the command that fixes it.
        """
        offered = card.identity()
        if offered == self.encoder:
            return
        name = self.encoder["id"]
        if str(self.encoder["revision"]).startswith("remote"):
            name = f"endpoint:URL#{name}"
        differing = sorted(key for key in self.encoder | offered if self.encoder.get(key) != offered.get(key))
        msg = (
            f"this collection was made with {_describe(self.encoder, differing)}, "
            f"but the encoder at hand is {_describe(offered, differing)}; their vectors cannot be compared. "
            f"Use --model {name}, or make a new collection: "
            "polyseek ingest FOLDER --collection NEW_PATH"
        )
        raise IdentityError(msg)


def _describe(encoder: dict[str, str | int], keys: list[str]) -> str:
    details = ", ".join(f"{key}={encoder.get(key, 'none')!r}" for key in keys if key != "id")
    return f"{encoder['id']} ({details})" if details else str(encoder["id"])
