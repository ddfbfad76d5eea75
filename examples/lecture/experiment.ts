/** What the experiments of the lecture have in common, from the door `gradus/pictures`. */

export {
  type Agreement,
  type Experiment,
  type Report,
  type Setting,
  sentence,
  type Table,
  type Verdict,
} from "gradus/pictures";
