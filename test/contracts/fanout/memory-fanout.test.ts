import { milliseconds } from "../../../shared/clock.ts";
import { memoryQueue } from "../../simulation/queue.memory.ts";
import { handClock } from "../feed/samples.ts";
import { fanoutContract, type FanoutUnderTest } from "./fanout-contract.ts";

const clock = handClock();
const queue = memoryQueue({ clock });

const bus: FanoutUnderTest = {
  clock,
  open: () => queue.fanout(clock),
  take: async (count, within = 5 * milliseconds.second) => {
    const taken: unknown[] = [];
    const end = clock.now() + within;
    while (taken.length < count) {
      const received = queue.receive();
      if (received) {
        queue.complete(received.token);
        taken.push(received.body);
      } else if (clock.at >= end) break;
      else clock.at = Math.min(queue.nextDue() ?? end, end);
    }
    return Promise.resolve(taken);
  },
  held: () => Promise.resolve([...queue.peek(), ...queue.peekDeadLetters()].map(({ body }) => body)),
  pass: (until) => {
    clock.at = until;
    return Promise.resolve();
  },
};

fanoutContract("The queue in memory", () => bus);
