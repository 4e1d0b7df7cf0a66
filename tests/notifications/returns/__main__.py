"""Prints how well returned mail is read, and each difference: see docs/guides/returned-mail.md.

`python -m tests.notifications.returns`
"""

from tests.notifications.returns.others import cases, mails, read_file


def main() -> None:
    """Rates first, then what differs."""
    found = cases()
    print("| measure | right | of | share |\n|---|---:|---:|---:|")
    for measure in dict.fromkeys(each.measure for each in found):
        right = [each.right for each in found if each.measure == measure]
        print(f"| {measure} | {sum(right)} | {len(right)} | {sum(right) / len(right):.1%} |")
    files = mails()
    unread = [path.name for path in files if read_file(path).kind == "unreadable"]
    print(f"\n{len(files)} mails read, none raised; {len(unread)} hold no mail: {unread}\n")
    for each in found:
        if not each.right:
            print(f"- {each.measure}: `{each.mail}` {each.expected}, we say {each.got}. {each.why}")


if __name__ == "__main__":
    main()
