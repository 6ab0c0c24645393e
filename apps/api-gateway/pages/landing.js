// Fills in what only the browser knows, and lets a first message be sent from the page.
const element = (id) => document.getElementById(id);

for (const origin of document.querySelectorAll('.origin')) origin.textContent = location.origin;

async function showHealth() {
  const health = element('health');
  try {
    const { health: state } = await (await fetch('/ready')).json();
    health.textContent = state;
    health.className = `pill ${state}`;
  } catch {
    health.textContent = 'no answer';
    health.className = 'pill unhealthy';
  }
}

/** The data of each server-sent event of a response. */
async function* eventsOf(response) {
  let rest = '';
  for await (const text of readerOf(response.body.pipeThrough(new TextDecoderStream()))) {
    const frames = (rest + text).split('\n\n');
    rest = frames.pop();
    for (const frame of frames) {
      const fields = Object.fromEntries(frame.split('\n').map((line) => line.split(/: (.*)/s, 2)));
      if (fields.data) yield { event: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

async function* readerOf(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function say(text, failed = false) {
  element('reply').textContent = text;
  element('reply').classList.toggle('failed', failed);
}

async function send(content, key) {
  const headers = { ...(key && { authorization: `Bearer ${key}` }) };
  const response = await fetch('/api/v1/messages', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: 'landing-page', content, priority: 'high' }),
  });
  const message = await response.json();
  if (!response.ok) return say(message.detail, true);
  element('message').textContent = message.id;
  say('waiting …');
  let text = '';
  const stream = await fetch(`/api/v1/messages/${message.id}/stream`, { headers });
  if (!stream.ok) return say((await stream.json()).detail, true);
  for await (const { event, data } of eventsOf(stream)) {
    if (event === 'reset') text = '';
    if (event === 'delta') text += data.text;
    if (event === 'end' && data.error) return say(data.error.message, true);
    say(text);
  }
}

element('try').addEventListener('submit', (event) => {
  event.preventDefault();
  send(element('content').value, element('key').value).catch((error) => say(String(error), true));
});

void showHealth();
setInterval(showHealth, 10_000);
