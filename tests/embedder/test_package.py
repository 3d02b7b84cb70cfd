import subprocess
import sys

import embedder

HEAVY = ("httpx", "onnx", "onnxruntime", "openvino", "tenacity", "tokenizers", "torch", "transformers", "platformdirs")


def test_the_public_names_are_these() -> None:
    assert set(embedder.__all__) == {
        "BackendError",
        "CheckpointError",
        "DimensionError",
        "Embedder",
        "EmbedderError",
        "EndpointAccessError",
        "EndpointAddressError",
        "EndpointAnswerError",
        "EndpointCreditError",
        "EndpointError",
        "EndpointLengthError",
        "EndpointLimits",
        "EndpointModelError",
        "EndpointRefusalError",
        "EndpointUnavailableError",
        "HubAccessError",
        "HubError",
        "HubLicenceError",
        "HubModelError",
        "HubSpaceError",
        "HubUnreachableError",
        "LANGUAGES",
        "LanguageMeans",
        "ModelBuildError",
        "ModelCacheError",
        "ModelCard",
        "ModelSourceError",
        "Preparation",
        "PreparedModel",
        "PreparedReranker",
        "Reranker",
        "RerankerCard",
        "UnknownModelError",
        "Vectors",
        "check_dimension",
        "cut",
        "find_prepared",
        "find_reranker",
        "is_reranker",
        "load_embedder",
        "load_reranker",
        "measure_language_means",
        "prepare",
        "prepare_reranker",
        "prepared_models",
        "prepared_rerankers",
        "remove_prepared",
        "user_cache_dir",
    }
    assert all(hasattr(embedder, name) for name in embedder.__all__)


def test_every_error_is_an_embedder_error() -> None:
    errors = [getattr(embedder, name) for name in embedder.__all__ if name.endswith("Error")]
    assert len(errors) == 23
    assert all(issubclass(error, embedder.EmbedderError) for error in errors)


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = f"import sys, embedder; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_there_are_26_languages() -> None:
    assert len(embedder.LANGUAGES) == len(set(embedder.LANGUAGES)) == 26
