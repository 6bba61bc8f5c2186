"""What is made of a finished page: Markdown, downloads, search index, pictures, front door."""
