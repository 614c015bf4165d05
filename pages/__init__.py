"""The screens: words and layout."""
