"""The papers as Scrapy's spiders: one class, one decider, and a loader that makes a spider of each source."""
