"""Read office documents: OOXML, OpenDocument and EPUB, which are XML in a ZIP archive."""
