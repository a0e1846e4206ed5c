"""CryptoBot's API, as the published `aiocryptopay` speaks it: only network and token are ours.

SANDBOX_URL   http://127.0.0.1:8081, of `remit sandbox`
"""

import asyncio
import json
import os
from urllib.request import Request, urlopen

from aiocryptopay import AioCryptoPay
from aiocryptopay.const import Assets, CurrencyType, InvoiceStatus, PaidButtons
from aiocryptopay.exceptions.factory import CodeErrorFactory
from aiohttp import web

SANDBOX_URL = os.environ["SANDBOX_URL"].rstrip("/")


def call(method, url, body=None, key=None):
    headers = {"content-type": "application/json"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers, method=method)) as answer:
        text = answer.read()
    return json.loads(text) if text else None


info = call("GET", f"{SANDBOX_URL}/sandbox/info")
KEY, SERVICE = info["shop"]["key"], info["service_url"]


async def off(*args, **named):
    """Out of the loop, in which the webhook is answered."""
    return await asyncio.to_thread(call, *args, **named)


async def pay(invoice):
    """Pays from Alice's wallet, as any wallet would."""
    shown = await off("GET", f"{SERVICE}/v1/public/invoices/{invoice.hash}")
    body = {"to": shown["address"], "comment": shown["reference"], **{n: shown["money"][n] for n in ("amount", "asset")}}
    await off("POST", f"{SANDBOX_URL}/sandbox/wallets/alice/send", body)


async def refused(name, awaitable):
    try:
        await awaitable
    except CodeErrorFactory as error:
        assert error.name == name, (error.name, name)
    else:
        raise AssertionError(f"no {name}")


async def flow(shop, paid):
    me = await shop.get_me()
    assert me.app_id > 0 and me.name, me
    invoice = await shop.create_invoice(
        amount=1.5, asset=Assets.TON, description="Кофе ☕\nTo go", hidden_message="Thanks",
        paid_btn_name=PaidButtons.CALLBACK, paid_btn_url="https://shop.example/done", payload="order 1042",
        allow_comments=False, expires_in=600,
    )
    assert invoice.status == InvoiceStatus.ACTIVE and invoice.amount == 1.5 and not invoice.allow_comments
    await pay(invoice)
    told = await asyncio.wait_for(paid.get(), 30)
    assert told.payload.invoice_id == invoice.invoice_id and told.payload.payload == "order 1042", told
    seen = await shop.get_invoices(invoice_ids=invoice.invoice_id)
    assert seen.status == InvoiceStatus.PAID and seen.paid_amount == 1.5 and seen.paid_asset == "TON", seen
    assert seen.hidden_message == "Thanks" and seen.paid_at and seen.fee_amount == 0

    fiat = await shop.create_invoice(
        amount=5, fiat="USD", currency_type=CurrencyType.FIAT, accepted_assets=[Assets.USDT]
    )
    assert (fiat.fiat, fiat.amount, fiat.accepted_assets) == ("USD", 5, ["USDT"]), fiat
    await pay(fiat)
    assert (await asyncio.wait_for(paid.get(), 30)).payload.invoice_id == fiat.invoice_id

    waiting = await shop.create_invoice(amount=3, asset=Assets.USDT)
    active = await shop.get_invoices(status=InvoiceStatus.ACTIVE, asset=Assets.USDT, count=1000)
    assert waiting.invoice_id in [one.invoice_id for one in active]
    assert await shop.delete_invoice(waiting.invoice_id)
    assert await shop.get_invoices(invoice_ids=waiting.invoice_id) is None

    stats = await shop.get_stats()
    assert stats.volume > 0 and stats.paid_invoice_count >= 2 and stats.end_at > stats.start_at, stats
    assert {"TON", "USDT", "USD"} <= {one.code for one in await shop.get_currencies()}
    assert await shop.get_amount_by_fiat(summ=10, asset=Assets.TON, target="USD") > 0
    assert [one.currency_code for one in await shop.get_balance()] == ["TON", "USDT"]
    assert await shop.get_checks() is None and await shop.get_transfers() is None
    await refused("METHOD_DISABLED", shop.transfer(user_id=1, asset=Assets.TON, amount=1, spend_id="1"))
    await refused("METHOD_DISABLED", shop.create_check(asset=Assets.TON, amount=1))
    await refused("UNSUPPORTED_ASSET", shop.create_invoice(amount=1, asset=Assets.BTC))


async def main():
    paid = asyncio.Queue()
    async with AioCryptoPay(token=KEY, network=f"{SERVICE}/compat/cryptobot") as shop:

        @shop.pay_handler()
        async def handler(update, _app):
            await paid.put(update)

        app = web.Application()
        app.add_routes([web.post("/secret-path", shop.get_updates)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        body = {"url": f"http://127.0.0.1:{port}/secret-path", "format": "cryptobot"}
        endpoint = await off("POST", f"{SERVICE}/v1/webhook_endpoints", body, KEY)
        assert not shop.check_signature("{}", "00" * 32)
        try:
            await flow(shop, paid)
        finally:
            await off("DELETE", f"{SERVICE}/v1/webhook_endpoints/{endpoint['id']}", key=KEY)
            await runner.cleanup()
    async with AioCryptoPay(token="12345:AAbb", network=f"{SERVICE}/compat/cryptobot") as stranger:
        await refused("UNAUTHORIZED", stranger.get_me())


asyncio.run(main())
print("Python's aiocryptopay runs here, and its verifier believes our webhooks.")
