// Hands in a petition, again and again until it is taken: the same external_id is the same petition.
const petition = {
  channel: "sandbox",
  external_id: "example-javascript-1",
  text: "Đèn đường hỏng trước số 12 phố Huế",
  location: { address: "12 phố Huế" },
};

async function submit(petition) {
  for (;;) {
    const answer = await fetch(`${process.env.PETITIONS_URL}/v1/petitions`, {
      method: "POST",
      headers: { "X-API-Key": process.env.PETITIONS_KEY, "Content-Type": "application/json" },
      body: JSON.stringify(petition),
    });
    if (answer.ok) return answer.json();
    // What is wrong stands in the body, with field and rule.
    if (answer.status !== 429 && answer.status !== 503) throw new Error(await answer.text());
    const seconds = Number(answer.headers.get("Retry-After") ?? 1);
    await new Promise((resume) => setTimeout(resume, seconds * 1000));
  }
}

console.log(JSON.stringify(await submit(petition)));
