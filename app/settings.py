"""Settings, read in this one place: command-line flag, then environment (`POLYSEEK_*`), then TOML file."""

from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from embedder import EndpointLimits
from indexer import ReadLimits


class SettingsFileError(Exception):
    """A setting has a value it cannot have; the message names it and where it may come from."""


def settings_file() -> Path:
    """The TOML file that is read if it exists."""
    return Path(platformdirs.user_config_dir("polyseek")) / "config.toml"


class Settings(BaseSettings):
    """What a user can set.

    Attributes:
        collection: Directory of the collection.
        model: Encoder: "auto", "e5-small", a model directory, the name of a prepared encoder, or `endpoint:URL#MODEL`,
            one on a server.
        reranker: Reranker: a model directory, the name of a prepared one, or `endpoint:URL#MODEL`; None for none.
        chat: Model that writes short answers in the browser UI: `endpoint:URL#MODEL`; None for none.
        ui_password: What the browser UI asks for before it shows anything; None asks for nothing.
        backend: Engine that runs the encoder: "auto", "tensorrt", "openvino", "onnxruntime" or "torch".
        device: "auto", "cpu" or "cuda".
        cache_dir: Where prepared models are kept; None for the user's cache directory.
        top_k: Passages shown for a question.
        endpoint_batch_texts: Texts in one request to a server.
        endpoint_requests: Requests to a server at the same time.
        endpoint_timeout_s: Seconds to wait for a server's answer.
        workers: Processes that read files; None takes one for each core, at most four.
        read_cpu_s: Processor seconds one file may take.
        read_memory_mb: Memory one file may take.
        read_file_mb: Largest file that is read.
        read_text_mb: Largest amount of text taken from one file.
    """

    model_config = SettingsConfigDict(env_prefix="POLYSEEK_", frozen=True, extra="forbid")

    collection: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("polyseek")) / "collection")
    model: str = "auto"
    reranker: str | None = None
    chat: str | None = None
    ui_password: SecretStr | None = Field(default=None, min_length=8)
    backend: str = "auto"
    device: str = "auto"
    cache_dir: Path | None = None
    top_k: int = Field(default=5, ge=1)
    endpoint_batch_texts: int = Field(default=EndpointLimits().batch_texts, ge=1)
    endpoint_requests: int = Field(default=EndpointLimits().requests, ge=1)
    endpoint_timeout_s: float = Field(default=EndpointLimits().timeout_s, gt=0)
    workers: int | None = Field(default=None, ge=1)
    read_cpu_s: float = Field(default=ReadLimits().cpu_s, ge=1)
    read_memory_mb: int = Field(default=ReadLimits().memory_mb, ge=128)
    read_file_mb: int = Field(default=ReadLimits().file_mb, ge=1)
    read_text_mb: int = Field(default=ReadLimits().text_mb, ge=1)

    @classmethod
    def settings_customise_sources(  # noqa: D102  pydantic-settings calls it; it orders flag, environment, file
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=settings_file())

    @property
    def leaves_encoder_open(self) -> bool:
        """True if nothing about the encoder was chosen: a collection then loads its own, when it needs it."""
        return (self.model, self.backend, self.device, self.cache_dir) == ("auto", "auto", "auto", None)

    def endpoint_limits(self) -> EndpointLimits:
        """How much is asked of a server at once, and for how long."""
        return EndpointLimits(
            batch_texts=self.endpoint_batch_texts, requests=self.endpoint_requests, timeout_s=self.endpoint_timeout_s
        )

    def read_limits(self) -> ReadLimits:
        """Time and memory that reading one file may take."""
        return ReadLimits(
            cpu_s=self.read_cpu_s,
            memory_mb=self.read_memory_mb,
            file_mb=self.read_file_mb,
            text_mb=self.read_text_mb,
        )


def load_settings(**flags: Any) -> Settings:
    """Read the settings; flags that are None are left to the environment and the file.

    Raises:
        SettingsFileError: If a value is not allowed, or the file is not TOML.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        value = "…" if name == "ui_password" else repr(first["input"])
        msg = (
            f"setting {name} = {value}: {first['msg']}; "
            f"it comes from a flag, from POLYSEEK_{name.upper()} or from {settings_file()}"
        )
        raise SettingsFileError(msg) from error
    except ValueError as error:  # not TOML
        msg = f"{settings_file()} cannot be read: {error}"
        raise SettingsFileError(msg) from error
