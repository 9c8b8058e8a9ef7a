const [enter, say, status, log] = ['enter', 'say', 'status', 'log'].map((id) => document.getElementById(id));

enter.addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await fetch('enter', { method: 'POST', body: new URLSearchParams(new FormData(enter)) });
  if (answer.ok) {
    connect();
  } else {
    status.textContent = 'This name will not do.';
  }
});

function connect() {
  const socket = new WebSocket(new URL('room', location.href).href.replace(/^http/, 'ws'));
  const speak = (event) => {
    event.preventDefault();
    socket.send(say.elements.text.value);
    say.reset();
  };
  socket.onopen = () => {
    status.textContent = 'You are in.';
    enter.hidden = true;
    say.hidden = false;
    say.elements.text.focus();
    say.addEventListener('submit', speak);
  };
  socket.onmessage = ({ data }) => {
    const line = document.createElement('li');
    line.textContent = data;
    log.append(line);
  };
  socket.onclose = ({ code, reason }) => {
    status.textContent = `You are out: ${code} ${reason}`;
    enter.hidden = false;
    say.hidden = true;
    say.removeEventListener('submit', speak);
  };
}
