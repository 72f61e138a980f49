// Keeps an open board up to date, counts down to the second by the server's clock, and says when it no longer can.
(() => {
  const board = document.querySelector(".board[data-events]");
  if (!board) return;
  const said = document.getElementById("connection");
  const old = document.getElementById("connection-age");
  const clock = board.querySelector(".clock");
  const SILENCE_MS = 25000;
  let skew = Number(board.dataset.now) - Date.now();
  let heardAt = Date.now();
  let source = null;
  let tries = 0;
  let again = 0;
  let isLost = false;
  let lostAt = 0;

  const now = () => Date.now() + skew;

  // Makes `old` what `fresh` is and leaves everything that is the same as it is: the focus, an opened detail, the selection.
  function morph(old, fresh) {
    const kids = [...fresh.childNodes];
    kids.forEach((kid, place) => {
      const known = old.childNodes[place];
      if (!known) {
        old.append(kid);
      } else if (known.nodeType !== kid.nodeType || known.nodeName !== kid.nodeName) {
        known.replaceWith(kid);
      } else if (kid.nodeType !== Node.ELEMENT_NODE) {
        if (known.nodeValue !== kid.nodeValue) known.nodeValue = kid.nodeValue;
      } else {
        for (const { name } of [...known.attributes]) {
          if (!kid.hasAttribute(name) && !(name === "open" && known.nodeName === "DETAILS")) known.removeAttribute(name);
        }
        for (const { name, value } of [...kid.attributes]) {
          if (known.getAttribute(name) !== value) known.setAttribute(name, value);
        }
        morph(known, kid);
      }
    });
    while (old.childNodes.length > kids.length) old.lastChild.remove();
  }

  function show({ name, html }) {
    const part = document.getElementById("part-" + name);
    if (!part) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    // Countdowns are drawn before they are compared, so that they do not jump back to whole minutes.
    count(fresh.content);
    morph(part, fresh.content);
  }

  function span(ms) {
    const all = Math.max(0, Math.floor(ms / 1000));
    const [d, h, m, s] = [Math.floor(all / 86400), Math.floor(all / 3600) % 24, Math.floor(all / 60) % 60, all % 60];
    if (d) return `${d} d ${h} h ${m} min`;
    if (h) return `${h} h ${m} min ${s} s`;
    return m ? `${m} min ${s} s` : `${s} s`;
  }

  function put(element, text) {
    if (element.textContent === text) return;
    const node = element.firstChild;
    if (node && node.nodeType === Node.TEXT_NODE && element.childNodes.length === 1) node.nodeValue = text;
    else element.textContent = text;
  }

  function count(root) {
    for (const element of root.querySelectorAll("[data-until]")) put(element, span(Number(element.dataset.until) - now()));
    for (const element of root.querySelectorAll("[data-promise]")) {
      const left = Number(element.dataset.promise) - now();
      put(element, left > 0 ? `${span(left)} left` : `MISSED by ${span(-left)}`);
    }
  }

  const zone = board.dataset.zone;
  const clockWords = zone && new Intl.DateTimeFormat("en-US", { timeZone: zone, weekday: "short", hour: "numeric", minute: "2-digit", second: "2-digit" });

  // The words are read aloud when they change; the age beside them counts on in silence.
  function tell() {
    said.parentElement.classList.toggle("lost", isLost);
    put(said, isLost ? "CONNECTION LOST: what you see may be old. Trying again." : "Live: this page changes by itself.");
    put(old, isLost ? `This picture is ${span(Date.now() - heardAt)} old.` : "");
  }

  function lost() {
    if (!isLost) lostAt = Date.now();
    isLost = true;
    tell();
  }

  function heard(data) {
    heardAt = Date.now();
    tries = 0;
    if (data && data.now) skew = data.now - heardAt;
    isLost = false;
    tell();
  }

  function stop() {
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }

  function start() {
    stop();
    source = new EventSource(board.dataset.events);
    source.addEventListener("part", (event) => {
      show(JSON.parse(event.data));
      heard(null);
    });
    source.addEventListener("beat", (event) => heard(JSON.parse(event.data)));
    // The session is over: the page says so itself, by leading to where one signs in.
    source.addEventListener("end", () => location.reload());
    source.onerror = () => {
      stop();
      lost();
      tries += 1;
      again = setTimeout(start, Math.min(30000, 1000 * 2 ** Math.min(tries, 5)));
    };
  }

  setInterval(() => {
    count(document);
    if (clock && clockWords) put(clock, clockWords.format(new Date(now())));
    if (source && Date.now() - heardAt > SILENCE_MS) {
      lost();
      if ((Date.now() - lostAt) % SILENCE_MS < 1000) start();
    }
    if (isLost) tell();
  }, 1000);

  // A page that nobody sees holds no connection: browsers have few of them for one host.
  let hiding = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(stop, 60000);
    else if (!source) start();
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) start(); });
  count(document);
  start();
})();
