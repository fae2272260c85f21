"""The merchant's page, /merchant: sign in by code, then see and do. Each browser has a view with its own sign-in."""

import asyncio
import os
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import HTTPException, Response
from nicegui import app as nicegui_app
from nicegui import ui
from nicegui.element import Element
from sqlalchemy.orm import Session

from host_sim.console import merchant_told
from host_sim.console.merchant_deeds import LOOKING, Doer, Refused, do
from host_sim.console.refusals import words_of
from host_sim.console.shop import Shop
from host_sim.merchant import signing_in
from host_sim.merchant.statements.book import statement
from host_sim.merchant.statements.camt053 import as_camt053
from host_sim.merchant.statements.ofx import as_ofx
from host_sim.merchant.statements.paper import as_pdf
from host_sim.merchant.statements.slip import slip_pdf
from host_sim.merchant.statements.statement import StatementError
from host_sim.merchant.statements.table import as_csv
from host_sim.store.engine import Store
from host_sim.store.schema import Merchant, Payout

LOOK_S = 1.0
FORMS = {
    "pdf": (as_pdf, "application/pdf"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "camt053.xml": (as_camt053, "application/xml"),
    "ofx": (as_ofx, "application/x-ofx"),
}
HOST_DOWN = {"zh": "主机未运行：请先启动主机。", "en": "The host is down: start it first."}
TOO_MANY = {"zh": "验证码请求过多：请15分钟后再试。", "en": "Too many codes were asked for: try again in 15 minutes."}
SIGNED_OUT = {"zh": "登录已过期，或不是您的单据：请重新登录。", "en": "Signed out, or not yours: sign in again."}
NO_SUCH = {"zh": "没有这个账期或结算款：请核对日期。", "en": "No such period or payout: correct the dates."}
WRONG = {
    "zh": "验证码错误或已过期：请核对或重新获取。",
    "en": "Not the code, or too late: compare it, or ask for another.",
}


class MerchantView(Element, component="web/merchant.js"):
    """One browser's page. token: of its sign-in, "" before."""

    def __init__(self, desk: "MerchantDesk"):
        super().__init__()
        self.desk = desk
        self.token = ""
        self.last: dict[str, Any] = {}
        self.on("act", lambda event: desk.act(self, event.args))

    def apply(self, patch: dict[str, Any]) -> None:
        """Hands a part of the state to the page."""
        self.run_method("apply", patch)


class MerchantDesk:
    """shop: whose host it is. Signed-in merchants see and do only what is theirs."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.views: list[MerchantView] = []
        self._keeper: asyncio.Task[None] | None = None

    def page(self) -> None:
        """Builds the page for a browser that comes."""
        for sheet in ("desk", "merchant"):
            ui.add_head_html(f'<link rel="stylesheet" href="/desk/{sheet}.css">')
        view = MerchantView(self)
        self.views.append(view)
        ui.context.client.on_disconnect(lambda: self._left(view))
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.ensure_future(self._keep_looking())

    def _left(self, view: MerchantView) -> None:
        if view in self.views:
            self.views.remove(view)

    async def _keep_looking(self) -> None:
        """Once a second, as long as somebody looks: what has changed."""
        while self.views:
            await asyncio.sleep(LOOK_S)
            for view in list(self.views):
                if view.token and self.shop.office.up:
                    await self._look(view)

    @property
    def _store(self) -> Store:
        if not self.shop.office.up:
            raise Refused(HOST_DOWN)
        return self.shop.office.host.store

    async def _look(self, view: MerchantView) -> None:
        now = self.shop.world.now()

        def read(session: Session) -> dict[str, Any] | None:
            merchant_id = signing_in.signed_in(session, view.token, now)
            return None if merchant_id is None else merchant_told.told(session, merchant_id, now)

        seen = await self._store.read(read)
        if seen is None:
            view.token, view.last = "", {}
            view.apply({"signedIn": False})
        elif seen != view.last:
            view.last = seen
            view.apply({"signedIn": True, "state": seen})

    # ---- what browsers ask for
    async def act(self, view: MerchantView, wish: dict[str, Any]) -> None:
        """One wish of a page; what cannot be done is said in words."""
        try:
            shown = await self._act(view, wish)
        except Refused as refused:
            shown = {"said": refused.args[0], "bad": True}
        view.apply({"answer": {**shown, "to": str(wish.get("do"))}})

    async def _act(self, view: MerchantView, wish: dict[str, Any]) -> dict[str, Any]:
        now, what = self.shop.world.now(), str(wish.get("do"))
        if what == "code":
            return await self._send_code(str(wish.get("merchant", "")).strip())
        if what == "enter":
            number, code = int(wish["number"]), str(wish.get("code", "")).strip()
            token = await self._store.write(lambda s: signing_in.enter_code(s, number, code, now, os.urandom))
            if not token:
                raise Refused(WRONG)
            view.token, view.last = token, {}
            await self._look(view)
            return {"token": token}
        if what == "resume":
            view.token, view.last = str(wish.get("token", "")), {}
            await self._look(view)
            return {}
        token = view.token
        if what == "out":
            await self._store.write(lambda session: signing_in.sign_out(session, token))
            await self._look(view)
            return {}
        desk = self.shop.office.host.desk

        def work(session: Session) -> dict[str, Any]:
            merchant_id = signing_in.signed_in(session, token, now)
            if merchant_id is None:
                raise Refused({"zh": "登录已过期：请重新登录。", "en": "You are signed out: sign in again."})
            return do(session, Doer(merchant_id, now, desk.vault, os.urandom), wish)

        shown = await (self._store.read if what in LOOKING else self._store.write)(work)
        if what not in LOOKING:
            desk.notices_due()
            await self._look(view)
        return shown

    async def _send_code(self, merchant: str) -> dict[str, Any]:
        now = self.shop.world.now()
        try:
            number = await self._store.write(lambda s: signing_in.ask_code(s, merchant, now, os.urandom))
        except signing_in.SignInError:
            raise Refused(TOO_MANY) from None
        self.shop.office.host.desk.notices_due()
        return {"number": number}

    # ---- what browsers download
    async def statement_file(self, token: str, first: date, last: date, form: str, language: str) -> tuple[bytes, str]:
        """(content, its name). Raises LookupError for who is not signed in, StatementError."""
        now = self.shop.world.now()
        make = FORMS[form][0]

        def read(session: Session) -> tuple[bytes, str]:
            merchant_id = signing_in.signed_in(session, token, now)
            if merchant_id is None:
                raise LookupError("sign-in")
            made = statement(session, session.get_one(Merchant, merchant_id), first, last, now)
            return make(made, language), f"{made.number}.{form}"

        return await self._store.read(read)

    async def slip_file(self, token: str, payout_id: int, language: str) -> tuple[bytes, str]:
        """As statement_file, of a payout's settlement slip."""
        now = self.shop.world.now()

        def read(session: Session) -> tuple[bytes, str]:
            merchant_id = signing_in.signed_in(session, token, now)
            payout = session.get(Payout, payout_id)
            if merchant_id is None or payout is None or payout.merchant_id != merchant_id:
                raise LookupError("sign-in")
            return slip_pdf(session, payout, language), f"{payout.reference}.pdf"

        return await self._store.read(read)


def serve_merchants(shop: Shop) -> None:
    """Adds the page and its files to the desk's server."""
    desk = MerchantDesk(shop)
    ui.page("/merchant", title="picotill")(desk.page)

    # By POST: a token belongs in no address, where logs and histories keep it.
    @nicegui_app.post("/merchant/file")
    async def file(wish: dict[str, str]) -> Response:
        language = "en" if wish.get("language") == "en" else "zh"
        form = wish.get("form", "")
        try:
            if form == "slip":
                made = await desk.slip_file(wish["token"], int(wish["id"]), language)
                media_type = "application/pdf"
            else:
                days = (date.fromisoformat(wish["first"]), date.fromisoformat(wish["last"]))
                media_type = FORMS[form][1]
                made = await desk.statement_file(wish["token"], *days, form, language)
        except LookupError:
            raise HTTPException(403, SIGNED_OUT) from None
        except (ValueError, OverflowError):
            raise HTTPException(400, NO_SUCH) from None
        except StatementError as error:
            raise HTTPException(409, words_of(error)) from None
        except Refused as refused:
            raise HTTPException(409, refused.args[0]) from None
        content, name = made
        headers = {"Content-Disposition": f'attachment; filename="{quote(name)}"', "Cache-Control": "no-store"}
        return Response(content, media_type=media_type, headers=headers)
