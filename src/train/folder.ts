/**
 * The run folder: `config.json` says what was asked, `events.jsonl` what happened, `model.safetensors` holds the network. Files are
 * complete or absent, except the log, whose lines are. Refuses a folder that cannot be written, before anything is computed.
 */

import type { LineLog } from "../base/node/file.ts";
import type { TrainingEvent } from "./events.ts";
import { eventLine } from "./log.ts";

export class RunFolder {
  readonly path: string;
  readonly model: string;
  readonly #log: LineLog;

  private constructor(path: string, log: LineLog) {
    this.path = path;
    this.model = `${path}/model.safetensors`;
    this.#log = log;
  }

  /** Makes the folder if it is missing and begins a new log; files of an earlier run there are replaced as this one writes. */
  static async open(path: string): Promise<RunFolder> {
    const { makeFolder, openLog } = await import("#file");
    await makeFolder(path);
    return new RunFolder(path, openLog(`${path}/events.jsonl`));
  }

  async writeConfig(config: object): Promise<void> {
    const { writeFileAtomically } = await import("#file");
    const text = `${JSON.stringify(config, null, 2)}\n`;
    await writeFileAtomically(`${this.path}/config.json`, new TextEncoder().encode(text));
  }

  append(event: TrainingEvent): void {
    this.#log.append(eventLine(event));
  }

  close(): void {
    this.#log.close();
  }
}
