"""From stored pages to articles, documents and news, one transaction an article; reading again under new rules."""
