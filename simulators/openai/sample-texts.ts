/** A markdown document of at least `length` characters: headings, code fences, nested lists, tables, links. */
export function writeLongMarkdown(length: number): string {
  const sections: string[] = [];
  let written = 0;
  for (let number = 1; written < length; number += 1) {
    const section = writeSection(number);
    sections.push(section);
    written += section.length + 2;
  }
  return sections.join("\n\n");
}

/** A short answer in scripts that break naive splitting: Thai, CJK, right-to-left, Devanagari, joined emoji. */
export function writeLanguages(): string {
  return [
    "**English** – your booking is confirmed.",
    "**ไทย** – การจองของคุณได้รับการยืนยันแล้ว กรุณามาถึงก่อนเวลาสิบนาที",
    "**日本語** – ご予約が確定しました。十分前にお越しください。",
    "**中文** – 您的预订已确认，请提前十分钟到达。𠮷野家旁边。",
    "**한국어** – 예약이 확정되었습니다.",
    "**العربية** – تم تأكيد حجزك (رقم 42)، يرجى الحضور قبل الموعد.",
    "**עברית** – ההזמנה שלך אושרה.",
    "**हिन्दी** – आपकी बुकिंग की पुष्टि हो गई है।",
    "**Emoji** – 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇹🇭 é (e\u0301)",
  ].join("\n\n");
}

function writeSection(number: number): string {
  return [
    `## ${number}. Setting up device ${number}`,
    `Open **Settings → Network**, then choose *Device ${number}*. See [the guide](https://docs.example.com/devices/${number}).`,
    [
      "```ts",
      `const device = await connect({ id: ${number}, retries: 3 });`,
      "if (!device.ready) throw new Error(`not ready`);",
      "```",
    ].join("\n"),
    [
      "1. Unplug it.",
      "   - Wait ten seconds.",
      "   - Check the `POWER` light.",
      "2. Plug it in again.",
      "3. Try once more.",
    ].join("\n"),
    [
      "| Light | Means | Do |",
      "| --- | --- | --- |",
      "| green | ready | nothing |",
      `| red | error ${number} | call us \\| write |`,
    ].join("\n"),
    "> Never open the case while it is plugged in.",
  ].join("\n\n");
}
