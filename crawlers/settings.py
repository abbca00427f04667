"""The Scrapy project's settings: what `scrapy list`, `crawl`, `parse`, `check`, `shell` and `fetch` run with.

A harvest runs the same spiders with less around them, and each spider adds its paper's pace and limits: see
`crawlers.manners`.
"""

from __future__ import annotations

from crawlers.middlewares.proxy import proxy_hosts
from crawlers.options import CrawlOptions, user_agent
from foundation.settings import settings

# Not from the cache: a process that is forked later has settings of its own.
_OFFICE = CrawlOptions.of(settings.__wrapped__())

BOT_NAME = "danvan-monitor"
SPIDER_MODULES = ["crawlers.spiders"]
SPIDER_LOADER_CLASS = "crawlers.spiders.loader.CatalogueSpiders"
SPIDER_CONTRACTS = {"crawlers.spiders.loader.PaperContract": 10}
USER_AGENT = user_agent(_OFFICE.contact)
TWISTED_DNS_RESOLVER = "crawlers.middlewares.address.GuardedResolver"
ALLOW_HOSTS = list(_OFFICE.allow_hosts)
CRAWL_PROXY = _OFFICE.proxy
PROXY_HOSTS = proxy_hosts(_OFFICE.proxy)

# Only http and https, both with our limits; everything else has no handler at all.
DOWNLOAD_HANDLERS = {
    "http": "crawlers.middlewares.handler.PatientHandler",
    "https": "crawlers.middlewares.handler.PatientHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_WARNSIZE = 0

# Scrapy's own lists (the …_BASE settings) are named in full: what is not named here does not run — no cookies,
# credentials, proxies of the environment, Referer, meta refresh, mail, telnet.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": 900,  # only with HTTPCACHE_ENABLED
}
DOWNLOADER_MIDDLEWARES = {
    "crawlers.middlewares.robots.RobotsMiddleware": 100,
    "crawlers.middlewares.retry.RetryMiddleware": 550,
    "crawlers.middlewares.redirect.SiteRedirectMiddleware": 600,
    "crawlers.middlewares.proxy.GuardedProxyMiddleware": 750,
}
# The spider looks at every status itself; addresses are told apart by the article's key, not by Scrapy.
SPIDER_MIDDLEWARES_BASE = {"scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.logstats.LogStats": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
}
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"
# First in, first out: papers list the newest first, and what time runs out for should be the oldest.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
# What a callback yields is taken one after the other: Scrapy starts as many tasks as this for every answer.
CONCURRENT_ITEMS = 1
REDIRECT_MAX_TIMES = 10
RETRY_BACKOFF = _OFFICE.retry_backoff
WAIT_LIMIT = _OFFICE.wait_limit
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
}
