"""Pages as they come: kept before anything looks at them, when a URL is asked for again, what waits to be read."""
