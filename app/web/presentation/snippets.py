"""How a shop's own server sends copies: ten lines for each language, which disturb no customer.

They read the key from the environment, wait two seconds at most, and mind no failure: a customer's
page must never be slower or break because the desk is away. A test runs each whose interpreter is
there.
"""

from __future__ import annotations

from collections.abc import Mapping

PATH = "/netcash/copies"

PHP = """<?php // Needs the curl extension. With php-fpm: env[NETCASH_DESK_KEY] in its pool.
// After the page has been answered, if your server can: fastcgi_finish_request();
try {
    $ch = curl_init('{address}');
    curl_setopt_array($ch, [
        CURLOPT_POSTFIELDS => file_get_contents('php://input'),
        CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . getenv('NETCASH_DESK_KEY'),
                               'X-Received-At: ' . date(DATE_ATOM)],
        CURLOPT_TIMEOUT => 2, CURLOPT_RETURNTRANSFER => true]);
    curl_exec($ch);
} catch (\\Throwable $ignored) {
}
"""

RUBY = """require "net/http"
# raw: the body as it came, such as request.raw_post in Rails
def copy_result(raw)
  uri = URI("{address}")
  Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https",
                  open_timeout: 1, read_timeout: 2, max_retries: 0) do |http|
    http.post(uri.path, raw, "Authorization" => "Bearer #{ENV["NETCASH_DESK_KEY"]}",
                             "X-Received-At" => Time.now.strftime("%Y-%m-%dT%H:%M:%S%:z"))
  end
rescue StandardError, Timeout::Error
end
"""

PYTHON = """import contextlib, datetime, os, threading, urllib.request

def copy_result(raw: bytes) -> None:  # raw: the body as it came
    request = urllib.request.Request("{address}", raw, {
        "Authorization": f"Bearer {os.environ.get('NETCASH_DESK_KEY')}",
        "X-Received-At": datetime.datetime.now().astimezone().isoformat()})
    def send() -> None:
        with contextlib.suppress(Exception):
            urllib.request.urlopen(request, timeout=2).close()
    threading.Thread(target=send).start()
"""

NODE = """// raw: the body as it came, as a string or a Buffer
async function copyResult(raw) {
  try {
    await fetch("{address}", {
      method: "POST", body: raw, signal: AbortSignal.timeout(2000),
      headers: { Authorization: `Bearer ${process.env.NETCASH_DESK_KEY}`,
                 "X-Received-At": new Date().toISOString() },
    });
  } catch {}
}
"""

JAVA = """// raw: the body as it came, such as request.getInputStream().readAllBytes()
static void copyResult(byte[] raw) {
    try {
        var request = java.net.http.HttpRequest.newBuilder(java.net.URI.create("{address}"))
            .timeout(java.time.Duration.ofSeconds(2))
            .header("Authorization", "Bearer " + System.getenv("NETCASH_DESK_KEY"))
            .header("X-Received-At", java.time.OffsetDateTime.now().toString())
            .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(raw)).build();
        java.net.http.HttpClient.newHttpClient()
            .sendAsync(request, java.net.http.HttpResponse.BodyHandlers.discarding());
    } catch (RuntimeException ignored) {}
}
"""

BESIDE_A_TICKET = """import json, os, sys, urllib.request
from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9))

def said(shop_id, order_id):
    request = urllib.request.Request(
        f"{address}/api/v1/orders/{shop_id}/{order_id}",
        headers={"Authorization": f"Bearer {os.environ['NETCASH_DESK_KEY']}"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        order = json.load(answer)
    if order["conflict"]:
        return "the sources disagree"
    if not order["money"]:
        return order["status"]
    at = datetime.fromisoformat(order["confirmed_at"] or order["status_at"])
    return f"paid, {order['money']} {at.astimezone(JST):%H:%M}"

print(said(*sys.argv[1:]))
"""

_ALL = {"PHP": PHP, "Ruby": RUBY, "Python": PYTHON, "Node.js": NODE, "Java": JAVA}


def beside_a_ticket(base_url: str) -> str:
    """What a support tool shows of an order, in twenty lines, from a desk at this address."""
    return BESIDE_A_TICKET.replace("{address}", base_url)


def snippets(base_url: str) -> Mapping[str, str]:
    """By language, for a desk at this address."""
    return {name: text.replace("{address}", base_url + PATH) for name, text in _ALL.items()}
