import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** Somebody on the wire between the gateway and a server: reads every request, may keep it and may change it. */
export class Wire {
  #server;
  #target;

  /** The newest tool call that passed: header fields and body. */
  last;
  /** Changes the text of a tool call's body on its way, if set. */
  tamper;

  static async before(target) {
    const wire = new Wire();
    wire.#target = new URL(target);
    wire.#server = createServer((incoming, answer) => wire.#pass(incoming, answer)).listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}${this.#target.pathname}`;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Sends a request that was kept once more, with this body. Returns the status. */
  async again({ headers }, body) {
    const response = await fetch(this.#target, {
      method: 'POST',
      body,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name))),
    });
    await response.text();
    return response.status;
  }

  #pass(incoming, answer) {
    const chunks = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      let body = Buffer.concat(chunks).toString('utf8');
      if (body.includes('"tools/call"')) {
        this.last = { headers: incoming.headers, body };
        body = this.tamper?.(body) ?? body;
      }
      const headers = { ...incoming.headers, host: this.#target.host };
      if (incoming.method === 'POST') {
        headers['content-length'] = Buffer.byteLength(body);
        delete headers['transfer-encoding'];
      }
      const outgoing = request(this.#target, { method: incoming.method, headers }, (response) => {
        answer.writeHead(response.statusCode, response.headers);
        response.pipe(answer);
      });
      outgoing.on('error', () => answer.destroy());
      answer.on('close', () => outgoing.destroy());
      outgoing.end(body);
    });
  }
}

/** Fields that belong to one connection. */
const OWN = ['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding'];
