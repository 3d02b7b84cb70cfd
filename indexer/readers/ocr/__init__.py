"""Read the text in images of pages (OCR) with Tesseract."""
