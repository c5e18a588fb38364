"""«Мои сроки»: an official's pages, by a personal link."""
