#!/usr/bin/env python3
"""Reference client of a Coldmark gateway (docs/gateway.md): Python 3.9 or newer, its standard library, and paho-mqtt.

It shows each duty in as few lines as it takes; read it beside gateway.md. Readings come from a file of JSON lines, such as
{"s":"t1","ts":1767225600000,"t":4.2}; a real gateway calls Gateway.take() with what its probes gave.
"""
import argparse, base64, hashlib, json, os, random, signal, sqlite3, ssl, sys, time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

RESEND_AFTER_S = 30      # duty 2
LIVE_FOR_MS = 120_000    # what is older waited, and goes by hist
WINDOW = 100             # messages sent and not receipted yet; hist may fill half of it (duty 4)
HIST_BYTES_A_S = 64_000  # half of the link, here of 1 Mbit/s (duty 4)
BACK_OFF_S = (1, 60)     # duty 7
HELD_S = 60              # duty 7: a connection that held so long ends the growing
BODY_BYTES = 190_000     # signed, in base64, it stays below 256 KiB
TRIES, TRIED_S = 5, 3600 # duty 10: a message sent so often over so long may be one that can't be read
KEEP_ALIVE_S = 60

# ---- Ed25519 (RFC 8032 §5.1), in plain numbers: slow, but a gateway signs a message a minute. Where the seed can be
# ---- observed by timing, sign in a secure element instead.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P: x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign): return None
    return P - x if (x & 1) != sign else x


def _add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    c, d = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(k, point):
    found = (0, 1, 1, 0)
    while k:
        if k & 1: found = _add(found, point)
        point, k = _add(point, point), k >> 1
    return found


def _pack(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _unpack(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (_x_of(BASE_Y, 0), BASE_Y, 1, _x_of(BASE_Y, 0) * BASE_Y % P)


def _number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def _secret(seed):
    half = hashlib.sha512(seed).digest()
    return int.from_bytes(half[:32], "little") & (1 << 254) - 8 | 1 << 254, half[32:]


def public_key(seed):
    return _pack(_times(_secret(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = _secret(seed)
    r = _number(prefix, message) % L
    commitment = _pack(_times(r, BASE))
    challenge = _number(commitment, public_key(seed), message) % L
    return commitment + ((r + challenge * scalar) % L).to_bytes(32, "little")


def verify(public, message, signature):
    if len(public) != 32 or len(signature) != 64: return False
    key, commitment = _unpack(public), _unpack(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= L: return False
    challenge = _number(signature[:32], public, message) % L
    return _pack(_times(s, BASE)) == _pack(_add(commitment, _times(challenge, key)))


# ---- Messages, receipts, commands

def signed(tag, topic, body):
    """The bytes under a signature: tag, 0x00, topic, 0x00, body."""
    return tag.encode() + b"\0" + topic.encode() + b"\0" + body


def make_message(topic, body, kid=None, seed=None):
    """The payload to publish: the body itself, or the wrapper with its signature."""
    if seed is None: return body
    b64 = lambda value: base64.b64encode(value).decode()
    sig = sign(seed, signed("coldmark/msg/1", topic, body))
    return _compact({"v": 1, "kid": kid, "alg": "Ed25519", "sig": b64(sig), "body": b64(body)})


def open_statement(tag, topic, payload, keys):
    """A receipt or command whose signature holds under a key that we know by its kid; else None."""
    try:
        value = json.loads(payload, parse_float=_no_float, parse_constant=_no_float)
        signature = base64.b64decode(value.pop("sig"), validate=True)
        # Whole numbers and plain ASCII only: then sorted and compact is RFC 8785.
        statement = signed(tag, topic, _compact(value, sort=True))
        return value if value["v"] == 1 and verify(keys[value["kid"]], statement, signature) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _compact(value, sort=False):
    return json.dumps(value, separators=(",", ":"), sort_keys=sort, ensure_ascii=False).encode()


def _no_float(text):
    raise ValueError(text)


def unreadable(body):
    """Why the server couldn't read this body (gateway.md, The message); None when it can."""
    if len(body) > BODY_BYTES: return f"{len(body)} bytes"
    try:
        value = json.loads(body, parse_constant=_no_float, object_pairs_hook=_no_key_twice)
        json.dumps(value, ensure_ascii=False).encode()  # half a character is no UTF-8
        nested = any(isinstance(field, (dict, list)) for reading in value["readings"] for field in reading.values())
        return "a reading that isn't flat" if nested else None
    except (ValueError, AttributeError) as fault:
        return f"{type(fault).__name__}: {fault}"


def _no_key_twice(pairs):
    if len({key for key, _ in pairs}) < len(pairs): raise ValueError("a key twice")
    return dict(pairs)


def running_hash(before, payload):
    return hashlib.sha256(before + hashlib.sha256(payload).digest()).digest()


# ---- Flash: a file of SQLite, written through (fsync) at each commit

class Flash:
    def __init__(self, path):
        self.aside = f"{path}.unreadable"
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA synchronous = EXTRA")
        self.db.executescript("""
            CREATE TABLE IF NOT EXISTS readings (id INTEGER PRIMARY KEY, ts INTEGER NOT NULL, text TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS messages (boot INTEGER, seq INTEGER, topic TEXT, payload BLOB, running BLOB,
                durable INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (boot, seq));
            CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value);""")

    def get(self, name, fallback=None):
        row = self.db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return fallback if row is None else row[0]

    def set(self, **values):
        self.db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def set_aside(self, why, **what):
        """Duty 10: what can't be sent as it is stays for the device's maker, a line of JSON each."""
        print(f"ALARM: set aside in {self.aside}: {why}", file=sys.stderr)
        with open(self.aside, "a", encoding="ascii") as file:
            file.write(json.dumps({"why": why, **what}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def count(self, table, where="1"):
        return self.db.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]

    def __enter__(self):
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, fault, *_):
        self.db.execute("ROLLBACK" if fault else "COMMIT")


class Gateway:
    """Everything but the network: what is kept, what is due, what a receipt or a command means."""

    def __init__(self, flash, gateway, receipt_keys, kid=None, seed=None, per_message=60, clock=time.monotonic):
        self.flash, self.id, self.keys, self.kid, self.seed = flash, gateway, receipt_keys, kid, seed
        self.per_message, self.clock, self.hist_from = per_message, clock, 0.0
        self.sent_at, self.tries = {}, {}  # by seq: when last on this connection; how often since this start
        # A new numbering needs a new boot; seq goes on over restarts, so this happens once in the life of a file.
        if flash.get("boot") is None: flash.set(boot=int(time.time()), seq=0, upTo=0, hash=bytes(32), running=bytes(32))
        self.boot = flash.get("boot")

    def topic(self, level):
        return f"coldmark/v1/{self.id}/{level}"

    def take(self, readings, **state):
        """Duty 1: into flash first. `state` is kept in the same commit."""
        with self.flash:
            rows = [(reading["ts"], json.dumps(reading, separators=(",", ":"))) for reading in readings]
            self.flash.db.executemany("INSERT INTO readings (ts, text) VALUES (?, ?)", rows)
            self.flash.set(**state)

    def number(self, hist_too):
        """
        Duties 2 and 4: makes one message, of what is new by data, else of the oldest by hist; None when nothing may go. One that
        the server couldn't read gets no number (duty 10): half of it is tried, down to the reading at fault, which is set aside.
        """
        db, now = self.flash.db, int(time.time() * 1000)
        live = now - LIVE_FOR_MS
        rows = db.execute("SELECT id, text FROM readings WHERE ts >= ? ORDER BY id LIMIT ?", (live, self.per_message)).fetchall()
        level = "data" if rows else "hist"
        if not rows and hist_too: rows = db.execute("SELECT id, text FROM readings ORDER BY ts, id LIMIT ?", (self.per_message,)).fetchall()
        if not rows: return None
        seq = self.flash.get("seq") + 1
        while why := unreadable(self.body(seq, rows)):
            if len(rows) == 1: return self.drop_reading(*rows[0], why)
            rows = rows[:len(rows) // 2]
        return self.keep(self.topic(level), seq, rows)

    def body(self, seq, rows):
        head = f'{{"v":1,"boot":{self.boot},"seq":{seq},"sent":{int(time.time() * 1000)},"readings":['
        return f'{head}{",".join(text for _, text in rows)}]}}'.encode()

    def keep(self, topic, seq, rows):
        """Signs a message and gives it its number, all in one commit."""
        payload = make_message(topic, self.body(seq, rows), self.kid, self.seed)
        running = running_hash(self.flash.get("running"), payload)
        with self.flash:
            self.flash.db.execute("INSERT INTO messages (boot, seq, topic, payload, running) VALUES (?, ?, ?, ?, ?)", (self.boot, seq, topic, payload, running))
            self.flash.db.executemany("DELETE FROM readings WHERE id = ?", [(row[0],) for row in rows])
            self.flash.set(seq=seq, running=running)
        return seq

    def drop_reading(self, row, text, why):
        self.flash.set_aside(why, reading=text)
        self.flash.db.execute("DELETE FROM readings WHERE id = ?", (row,))
        return 0

    def due(self):
        """What to send now, the very bytes of the first time: never sent on this connection, or 30 s without a receipt. data first."""
        rows = self.flash.db.execute("SELECT seq, topic, payload FROM messages WHERE durable = 0 ORDER BY topic, seq").fetchall()
        late = self.clock() - RESEND_AFTER_S
        return [row for row in rows if self.sent_at.get(row[0], late) <= late]

    def has_room_for(self, topic, payload):
        """Duty 4: hist goes at its own pace, so that data has the other half of the link."""
        if not topic.endswith("/hist"): return True
        now = self.clock()
        if self.hist_from > now: return False
        self.hist_from = max(self.hist_from, now - 1) + len(payload) / HIST_BYTES_A_S
        return True

    def note_sent(self, seq):
        now = self.sent_at[seq] = self.clock()
        tried = self.tries.setdefault(seq, {"first": now, "times": 0, "enough": None, "asked": False})
        tried["times"] += 1
        if tried["enough"] is None and tried["times"] >= TRIES and now - tried["first"] >= TRIED_S: tried["enough"] = now

    def hear_receipt(self, topic, payload):
        """Duty 3: deletes what a verified receipt of our boot with our own running hash covers, and nothing else."""
        receipt = open_statement("coldmark/receipt/1", topic, payload, self.keys)
        if receipt is None: return "a receipt whose signature doesn't hold"
        up_to, flash = receipt["upTo"], self.flash
        if receipt["boot"] != self.boot or up_to < flash.get("upTo"): return None
        row = flash.db.execute("SELECT running FROM messages WHERE boot = ? AND seq = ?", (self.boot, up_to)).fetchone()
        ours = flash.get("hash") if up_to == flash.get("upTo") else row and row[0]
        if ours is None or ours.hex() != receipt["hash"]: return f"ALARM: the running hash up to {up_to} is not ours; nothing is deleted"
        with flash:
            flash.db.execute("DELETE FROM messages WHERE boot = ? AND seq <= ?", (self.boot, up_to))
            for first, last in receipt["also"]:
                flash.db.execute("UPDATE messages SET durable = 1 WHERE boot = ? AND seq BETWEEN ? AND ?", (self.boot, first, last))
            flash.set(upTo=up_to, hash=ours)
        self.tries = {seq: tried for seq, tried in self.tries.items() if seq > up_to}
        return self.pass_unreadable(up_to + 1) if receipt["also"] else None

    def pass_unreadable(self, seq):
        """
        Duty 10. This is the first message that no receipt covers, others after it are durable, and it was sent often enough. Once one is
        durable that went out on its topic after all that, the server had it and couldn't read it: an empty one takes its number. Where
        nothing more goes on that topic, an empty message with a number of its own does.
        """
        db, tried = self.flash.db, self.tries.get(seq)
        row = db.execute("SELECT topic, payload FROM messages WHERE boot = ? AND seq = ? AND durable = 0", (self.boot, seq)).fetchone()
        if row is None or tried is None or tried["enough"] is None or seq <= self.flash.get("emptied", 0): return None
        after = [one[0] for one in db.execute("SELECT seq FROM messages WHERE boot = ? AND topic = ? AND durable = 1", (self.boot, row[0]))]
        if not any(self.tries[one]["first"] > tried["enough"] for one in after if one in self.tries):
            if not tried["asked"]: self.keep(row[0], self.flash.get("seq") + 1, [])
            tried["asked"] = True
            return None
        self.flash.set_aside("never receipted", boot=self.boot, seq=seq, topic=row[0], payload=base64.b64encode(row[1]).decode())
        self.empty(seq, row[0])
        return f"seq {seq} goes empty: the server can't read it"

    def empty(self, seq, topic):
        """The same number with no readings; the running hash is made anew from there."""
        db, running = self.flash.db, self.flash.get("hash")
        with self.flash:
            payload = make_message(topic, self.body(seq, []), self.kid, self.seed)
            db.execute("UPDATE messages SET payload = ? WHERE boot = ? AND seq = ?", (payload, self.boot, seq))
            for one, kept in db.execute("SELECT seq, payload FROM messages WHERE boot = ? AND seq >= ? ORDER BY seq", (self.boot, seq)).fetchall():
                running = running_hash(running, kept)
                db.execute("UPDATE messages SET running = ? WHERE boot = ? AND seq = ?", (running, self.boot, one))
            self.flash.set(running=running, emptied=seq)
        self.sent_at.pop(seq, None)

    def hear_command(self, topic, payload):
        """Obeys a verified command whose counter is higher than any before; the counter is in flash before it is obeyed."""
        command = open_statement("coldmark/command/1", topic, payload, self.keys)
        if command is None: return "a command whose signature doesn't hold"
        if command["counter"] <= self.flash.get("counter", 0): return "a command that was heard before"
        self.flash.set(counter=command["counter"])
        if command["command"] != "resend" or command["boot"] != self.boot: return "a command that is not for us"
        for first, last in command["ranges"]:
            for seq in [seq for seq in self.sent_at if first <= seq <= last]: del self.sent_at[seq]
        return None

    def waiting(self):
        return self.flash.count("messages", "durable = 0") + self.flash.count("readings")


# ---- The network: one client for each connection, so that nothing but flash remembers

def run(gateway, host, port, password, tls, protocol, fill, stop):
    """Connects for ever, with a growing, random delay, until `stop()`; it begins anew after a connection that held."""
    delay = BACK_OFF_S[0]
    while not stop():
        if session(gateway, host, port, password, tls, protocol, fill, stop) >= HELD_S: delay = BACK_OFF_S[0]
        until = time.monotonic() + delay * random.uniform(0.5, 1)
        delay = min(delay * 2, BACK_OFF_S[1])
        while time.monotonic() < until and not stop():
            fill()
            time.sleep(0.1)


def session(gateway, host, port, password, tls, protocol, fill, stop):
    """One connection to its end; how many seconds it held."""
    status = lambda online: _compact({"v": 1, "boot": gateway.boot, "online": online})
    api = [mqtt.CallbackAPIVersion.VERSION1] if hasattr(mqtt, "CallbackAPIVersion") else []
    options = {} if protocol == mqtt.MQTTv5 else {"clean_session": False}
    client = mqtt.Client(*api, client_id=gateway.id, protocol=protocol, **options)
    client.username_pw_set(gateway.id, password)
    client.will_set(gateway.topic("status"), status(False), qos=1, retain=True)
    if tls: client.tls_set(ca_certs=tls, tls_version=ssl.PROTOCOL_TLS_CLIENT)
    up = []

    def heard(_client, _data, message):
        receipt = message.topic == gateway.topic("receipt")
        fault = (gateway.hear_receipt if receipt else gateway.hear_command)(message.topic, message.payload)
        if fault: print(fault, file=sys.stderr)

    def connected(_client, _data, _flags, code, *_):
        if code == 0: client.subscribe([(gateway.topic("receipt"), 1), (gateway.topic("command"), 1)])
        else: print(f"refused: {code}", file=sys.stderr)

    def subscribed(*_):
        client.publish(gateway.topic("status"), status(True), qos=1, retain=True)
        gateway.sent_at.clear()
        up.append(time.monotonic())

    client.on_message, client.on_connect, client.on_subscribe = heard, connected, subscribed
    try:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 7 * 86_400
        kept = {"clean_start": False, "properties": properties} if protocol == mqtt.MQTTv5 else {}
        client.connect(host, port, keepalive=KEEP_ALIVE_S, **kept)
        while client.loop(timeout=0.1) == mqtt.MQTT_ERR_SUCCESS:
            fill()
            if stop() and up: break
            if up: send(gateway, client)
        if stop() and up: say_goodbye(client, gateway.topic("status"), status(False))
    except OSError as fault:
        print(f"no connection: {fault}", file=sys.stderr)
    return time.monotonic() - up[0] if up else 0


def say_goodbye(client, topic, payload):
    """Duty 8: an orderly end sends no last will. Whoever closes with unread bytes resets the connection, and then it does."""
    until, said = time.monotonic() + 2, client.publish(topic, payload, qos=1, retain=True)
    alive = lambda: time.monotonic() < until and client.loop(timeout=0.1) == mqtt.MQTT_ERR_SUCCESS
    while not said.is_published() and alive(): pass
    client.disconnect()
    while alive(): pass


def send(gateway, client):
    """Numbers what the window still holds, then sends what is due, data before hist."""
    sent = lambda: gateway.flash.count("messages", "durable = 0")
    while sent() < WINDOW and gateway.number(hist_too=sent() < WINDOW // 2) is not None: pass
    for seq, topic, payload in gateway.due():
        if not gateway.has_room_for(topic, payload): break
        client.publish(topic, payload, qos=1)
        gateway.note_sent(seq)


def main():
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("gateway", "host", "password-file", "receipt-keys", "flash", "readings"): ask.add_argument(f"--{name}", required=True)
    ask.add_argument("--port", type=int, default=8883)
    ask.add_argument("--ca", help="the broker's CA; without it no TLS")
    ask.add_argument("--kid", help="the name the public key is enrolled under")
    ask.add_argument("--seed-file", help="the private key, 64 hex digits")
    ask.add_argument("--per-message", type=int, default=60)
    ask.add_argument("--mqtt311", action="store_true", help="for the broker inside Coldmark")
    ask.add_argument("--until-empty", action="store_true", help="end once every reading is receipted")
    given = ask.parse_args()
    read = lambda path: open(path, encoding="utf-8").read().strip()
    keys = {key["kid"]: base64.b64decode(key["publicKey"]) for key in json.loads(read(given.receipt_keys))["keys"]}
    seed = bytes.fromhex(read(given.seed_file)) if given.seed_file else None
    gateway = Gateway(Flash(given.flash), given.gateway, keys, given.kid, seed, given.per_message)
    source, ended = open(given.readings, encoding="utf-8"), []
    source.seek(gateway.flash.get("position", 0))

    def fill():
        """What a real gateway does with its probes: new lines of the file, and how far it is read, in one commit."""
        lines = []
        while len(lines) < 1_000 and (line := source.readline()).endswith("\n"): lines.append(line)
        if lines: gateway.take([json.loads(line) for line in lines], position=source.tell())

    for name in (signal.SIGINT, signal.SIGTERM): signal.signal(name, lambda *_: ended.append(True))
    stop = lambda: bool(ended) or (given.until_empty and gateway.waiting() == 0 and gateway.flash.get("seq") > 0)
    run(gateway, given.host, given.port, read(given.password_file), given.ca, mqtt.MQTTv311 if given.mqtt311 else mqtt.MQTTv5, fill, stop)
    print(f"boot {gateway.boot}, last seq {gateway.flash.get('seq')}, {gateway.waiting()} waiting")


if __name__ == "__main__":
    main()
