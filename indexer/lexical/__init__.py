"""Word search (BM25) in any of the 26 languages: a view derived from the passages, kept by tantivy.

>>> with LexicalWriter.open(folder, owner=collection_id) as writer:      # doctest: +SKIP
...     writer.add([17], ["The ferry leaves at noon."], ["en"])
...     writer.commit(watermark=3)
>>> LexicalIndex.open(folder, owner=collection_id).search("When do ferries leave?", 5)   # doctest: +SKIP
"""

from indexer.lexical.files import LexicalIndexError
from indexer.lexical.search import LexicalFound, LexicalIndex
from indexer.lexical.writer import LexicalWriter

__all__ = ["LexicalFound", "LexicalIndex", "LexicalIndexError", "LexicalWriter"]
