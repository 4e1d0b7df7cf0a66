"""How one gets to a page that comes after a form, or that has no address of its own."""

from playwright.async_api import FilePayload, Page

from tests.browser.world import World


async def sign_in_wrong(page: Page, world: World) -> None:
    await page.goto("/sign-in")
    await page.fill("[name=login]", "nobody@staff.example")
    await page.fill("[name=password]", "not the password")
    await press(page, "main form button")


async def preview(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/log"))
    await page.fill("[name=words]", "A wonderful day in class!")
    await press(page, "[formaction='/notifications/preview']")


async def preview_of_nothing(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/log"))
    # Else the draft of the preview before is back.
    await page.fill("[name=words]", "")
    await press(page, "[formaction='/notifications/preview']")


async def contact_refused(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/log"))
    await page.locator("details:has([name=occurred_at]) summary").click()
    await page.fill("[name=occurred_at]", "2099-01-01T10:00")
    await press(page, "main form button:not([formaction])")


async def correct_wrong(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/adults/{guardian_id}"))
    await page.fill("[name=phone]", "call me maybe")
    await press(page, "main form button")


async def corrected(page: Page, world: World) -> None:
    here = world.path("/contacts/families/{family_id}/adults/{guardian_id}")
    await page.goto(here)
    words = "Evenings" if await page.input_value("[name=best]") != "Evenings" else "Mornings"
    await page.fill("[name=best]", words)
    await page.fill("[name=reason]", "She said so on the phone")
    await press(page, "main form button")
    await page.goto(here)


async def put_off(page: Page, world: World) -> None:
    await page.goto("/contacts/next")
    await press(page, "section form[action$='/later'] button")


async def share(page: Page, world: World) -> None:
    await page.goto("/contacts/resources/new")
    await page.fill("[name=title]", "Read together for ten minutes")
    await page.select_option("[name=topic]", "reading")
    await page.fill("[name=words]", "Any book, in any language.\nAsk what comes next.")
    await page.fill("[name=link]", "https://library.example/stories")
    await press(page, "main form.panel button")


async def edit_shared(page: Page, world: World) -> None:
    await share(page, world)
    await press(page, "a[href$='/edit']")


async def share_nothing(page: Page, world: World) -> None:
    await page.goto("/contacts/resources/new")
    await page.fill("[name=title]", "No")
    await press(page, "main form.panel button")


async def take_out(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/students/{student_id}/record"))
    await page.check("[name=to][value=family]")
    await page.fill("[name=reason]", "The mother asked for it, to read it.")
    await press(page, "main form.panel button")


async def no_address(page: Page, world: World) -> None:
    await page.goto(world.path("/notifications/choices/{unsubscribe_token}"))
    await page.fill("[name=address]", "nowhere")
    await press(page, "form[action$='/address'] button")


async def refuse_without_why(page: Page, world: World) -> None:
    await page.goto("/notifications/address-requests")
    await press(page, "form[action$='/refuse'] button")


async def all_goals(page: Page, world: World) -> None:
    await page.goto("/contacts/goals")


async def follow_up(page: Page, world: World) -> None:
    form = "form[action$='/follow-ups']"
    await page.goto(world.path("/contacts/families/{family_id}"))
    await page.locator(f"details:has({form}) > summary").click()
    await page.fill(f"{form} [name=what]", "Send the reading list")
    today = await page.get_attribute(f"{form} [name=due_on]", "min")
    await page.fill(f"{form} [name=due_on]", today or "")
    await press(page, f"{form} button")
    await page.goto("/contacts/follow-ups")


async def class_form(page: Page, world: World) -> None:
    await page.goto("/contacts/")
    await press(page, "nav a[href^='?class=']")
    await press(page, "a[href^='/contacts/together']")


async def nobody_chosen(page: Page, world: World) -> None:
    await class_form(page, world)
    await press(page, "main form button:not([formaction])")


async def preview_of_several(page: Page, world: World) -> None:
    await class_form(page, world)
    for at in range(2):
        await page.locator("[name=family_ids]").nth(at).check()
    await page.fill("[name=words]", "You were all so kind today.")
    await press(page, "[formaction='/notifications/preview']")


async def interpreter_refused(page: Page, world: World) -> None:
    await page.goto("/contacts/interpreters/new")
    await page.fill("[name=name]", "A cousin")
    await page.fill("[name=phone]", "ask me")
    await page.locator("[name=begins]").nth(0).fill("14:00")
    await press(page, "main form button")


async def no_table(page: Page, world: World) -> None:
    await page.goto("/contacts/interpreters/import")
    table = FilePayload(name="notes.csv", mimeType="text/csv", buffer=b"Dear colleagues,")
    await page.set_input_files("[name=file]", table)
    await press(page, "main form[enctype] button")


async def table_of_interpreters(page: Page, world: World) -> None:
    await page.goto("/contacts/interpreters/import")
    rows = (
        "name,kind,languages,phone,not_student_or_relative",
        "Abdi Warsame,person,so,555 0101,yes",
        "A cousin,person,so,555 0102,no",
        "Language Line,phone_service,ar; so; vi; zh-Hant,+1 800 555 0199,yes",
    )
    body = "\n".join(rows).encode()
    table = FilePayload(name="interpreters.csv", mimeType="text/csv", buffer=body)
    await page.set_input_files("[name=file]", table)
    await press(page, "main form[enctype] button")


async def give(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{family_id}/caseload"))
    # The page is looked at in each language, and a family is given once.
    if end := await page.query_selector("form[action$='/end'] button"):
        async with page.expect_navigation():
            await end.click()
    await page.locator("[name=educator_id]").select_option(index=1)
    await page.fill("[name=reason]", "Counselor of grade 4")
    await press(page, "form[action$='/caseload'] button:not([formaction])")


async def give_too_late(page: Page, world: World) -> None:
    await page.goto(world.path("/contacts/families/{separated_id}/caseload"))
    await page.locator("[name=educator_id]").select_option(index=1)
    await page.fill("[name=reason]", "Reading club")
    await page.fill("[name=ends]", "2020-01-31")
    await press(page, "form[action$='/caseload'] button:not([formaction])")


async def event_refused(page: Page, world: World) -> None:
    await page.goto("/events/new")
    await press(page, "main button[value=publish]")


async def client_refused(page: Page, world: World) -> None:
    await page.goto("/clients/new")
    await page.fill("[name=name]", "Nothing in particular")
    await press(page, "main form button")


async def secret_once(page: Page, world: World) -> None:
    await page.goto("/clients/new")
    await page.fill("[name=name]", "Figures for the board")
    await page.check("[value='reports:read']")
    await press(page, "main form button")


async def link_once(page: Page, world: World) -> None:
    await page.goto(world.path("/accounts/{account_id}"))
    await press(page, "form[action$='/reset'] button")


async def no_file(page: Page, world: World) -> None:
    await page.goto("/contacts/rosters")
    await press(page, "main form[enctype] button")


async def answer_refused(page: Page, world: World) -> None:
    await page.goto(world.path("/events/rsvp/{rsvp_token}"))
    await page.check("[name=answer][value=yes]")
    await page.fill("[name=party_size]", "99")
    await press(page, "main form button")


async def ask_refused(page: Page, world: World) -> None:
    await page.goto(world.path("/notifications/our-children/{ours_token}"))
    await page.check("[name=what][value=know]")
    await press(page, "form[action$='#ask'] button")


async def press(page: Page, button: str) -> None:
    """Press a button or follow a link, and wait for the page that comes."""
    async with page.expect_navigation():
        await page.click(button)
