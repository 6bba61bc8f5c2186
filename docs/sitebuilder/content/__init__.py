"""What authors may write beyond Markdown, and what pages say of other pages."""
